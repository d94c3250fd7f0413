! A program in Fortran. Its client: usage embed --lang c --project-file usage.project.json > usage_client.h
! cc -x c -DUSAGE_IMPLEMENTATION -c usage_client.h -o usage_client.o
! gfortran -o program program.f90 usage_client.o
module usage_client
  use, intrinsic :: iso_c_binding, only: c_char, c_double, c_int, c_long, c_null_char
  implicit none
  private
  public :: start_run, count_feature, end_run

  interface
    integer(c_int) function usage_start(version) bind(c)
      import :: c_char, c_int
      character(kind=c_char), intent(in) :: version(*)
    end function

    integer(c_int) function usage_uses(feature_type, name, uses, seconds, is_internal) bind(c)
      import :: c_char, c_double, c_int, c_long
      character(kind=c_char), intent(in) :: feature_type(*), name(*)
      integer(c_long), value :: uses
      real(c_double), value :: seconds
      integer(c_int), value :: is_internal
    end function

    integer(c_int) function usage_end(exit_code) bind(c)
      import :: c_int
      integer(c_int), value :: exit_code
    end function
  end interface

contains

  subroutine start_run(version)
    character(len=*), intent(in) :: version
    integer(c_int) :: is_recorded
    is_recorded = usage_start(version // c_null_char)
  end subroutine

  subroutine count_feature(feature_type, name, seconds)
    character(len=*), intent(in) :: feature_type, name
    real(c_double), intent(in) :: seconds
    integer(c_int) :: is_recorded
    is_recorded = usage_uses(feature_type // c_null_char, name // c_null_char, 1_c_long, seconds, 0_c_int)
  end subroutine

  subroutine end_run(exit_code)
    integer, intent(in) :: exit_code
    integer(c_int) :: is_recorded
    is_recorded = usage_end(int(exit_code, c_int))
  end subroutine
end module

program heatflow
  use usage_client
  implicit none
  call start_run('1.4.0')
  call count_feature('Algorithm', 'Solver.explicit', 0.2d0)
  print '(a)', 'computed'
  call end_run(3)
  call exit(3)
end program
